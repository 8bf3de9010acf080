/** For users: nothing directly. For other rooms: the live page of a deployment. */
export { startDashboard, type Dashboard, type DashboardOptions, type Source } from './server.ts';
