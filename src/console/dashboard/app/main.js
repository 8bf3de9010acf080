/** The live page: what the deployment looks like now, drawn again whenever it changes. It changes nothing itself. */
import { connect } from './connect.js';
import { drawBanner } from './draw/banner.js';
import { drawCluster } from './draw/cluster.js';
import { addEvent, eventsAreLive } from './draw/events.js';
import { drawHead } from './draw/head.js';
import { drawTraffic } from './draw/traffic.js';

connect({
  onStatus(status) {
    drawHead(status);
    drawTraffic(status.traffic);
    drawCluster(status);
    eventsAreLive();
  },
  onEvent: addEvent,
  onConnection: drawBanner,
});
