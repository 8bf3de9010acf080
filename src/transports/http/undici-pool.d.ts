/** Only what we use of undici's Pool. The whole package costs twice the memory of this one file; see docs/decisions/0002. */
declare module 'undici/lib/dispatcher/pool.js' {
  export interface DispatchOptions {
    path: string;
    method: string;
    headers: string[];
    body: Uint8Array | AsyncIterable<Uint8Array> | null;
    headersTimeout: number;
    bodyTimeout: number;
    /** Closes the connection after the answer. */
    reset?: boolean;
  }
  /** undici 7's own handler interface: raw headers, no objects in between. */
  export interface DispatchHandler {
    onConnect(abort: (reason?: Error) => void): void;
    onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean;
    onData(chunk: Buffer): boolean;
    onComplete(trailers: unknown): void;
    onError(error: Error): void;
  }
  export default class Pool {
    constructor(origin: string, options: object);
    dispatch(options: DispatchOptions, handler: DispatchHandler): boolean;
    close(): Promise<void>;
    destroy(reason?: Error): Promise<void>;
  }
}
