/** What a failed start means to the user; undefined for what is our own defect. */
export function explainStartFailure(error: unknown): string | undefined {
  const { code, port, address } = error as NodeJS.ErrnoException & {
    readonly port?: number;
    readonly address?: string;
  };
  if (code === 'EADDRINUSE') {
    return `PORT_IN_USE port ${port} of ${address} is taken by another process. Choose another one with ${optionOf(port)}.`;
  }
  if (code === 'EACCES') return `PORT_REFUSED port ${port} may not be used by you. Choose one above 1023 with --port.`;
  return undefined;
}

function optionOf(port: number | undefined): string {
  const usual: Readonly<Record<number, string>> = { 9164: '--admin-port', 9201: '--health-port', 9743: '--page-port' };
  return usual[port ?? 0] ?? '--port (or --admin-port, --health-port, --page-port)';
}
