/** Ports as they were asked for, by option. */
export type AskedPorts = Readonly<Record<'--port' | '--health-port' | '--admin-port' | '--page-port', number>>;

/** What a failed start means to the user; undefined for what is our own defect. */
export function explainStartFailure(error: unknown, asked: AskedPorts): string | undefined {
  const { code, port, address } = error as NodeJS.ErrnoException & {
    readonly port?: number;
    readonly address?: string;
  };
  const option = Object.entries(asked).find(([, one]) => one === port)?.[0] ?? '--port';
  if (code === 'EADDRINUSE') {
    return `PORT_IN_USE port ${port} of ${address} is taken by another process. Choose another one with ${option}.`;
  }
  if (code === 'EACCES') {
    return `PORT_REFUSED port ${port} may not be used by you. Choose one above 1023 with ${option}.`;
  }
  return undefined;
}
