/** A constant, bounded load on the shop: some clients keep their connection, some open a new one for each request. */
import { Agent, request as httpRequest } from 'node:http';

export interface Answer {
  readonly method: 'GET' | 'POST';
  /** 0: the connection broke before a whole answer had come. */
  readonly status: number;
  readonly text: string;
  /** What was sent. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

export interface Load {
  readonly answers: readonly Answer[];
  /** Resolves when so many more requests have been answered. */
  more(count: number): Promise<void>;
  /** Ends when those in flight have been answered. */
  stop(): Promise<readonly Answer[]>;
}

export interface LoadOptions {
  readonly keeping: number;
  readonly opening: number;
  /** Milliseconds a client rests after an answer, so that the load leaves the machine to those under test. */
  readonly restMs: number;
}

export function startLoad(url: string, { keeping, opening, restMs }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true });
  const answers: Answer[] = [];
  const waiting = new Set<{ readonly at: number; readonly done: () => void }>();
  const life = new AbortController();
  let orders = 0;

  const one = (method: Answer['method'], keep: boolean): Promise<Answer> =>
    new Promise((done) => {
      const body = method === 'POST' ? `{"order": ${++orders}}` : '';
      const sentAt = Date.now();
      const headers = method === 'POST' ? { 'content-type': 'application/json', 'content-length': body.length } : {};
      const request = httpRequest(url, { method, headers, agent: keep ? agent : false });
      const end = (status: number, text: string): void => done({ method, status, text, body, sentAt });
      request.on('error', (error) => end(0, error.message));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', (error) => end(0, error.message));
        response.on('end', () => end(response.statusCode ?? 0, text));
      });
      request.end(body);
    });

  const client = async (index: number): Promise<void> => {
    for (let n = index; !life.signal.aborted; n++) {
      answers.push(await one(n % 2 === 0 ? 'GET' : 'POST', index < keeping));
      for (const wait of waiting) {
        if (answers.length < wait.at) continue;
        waiting.delete(wait);
        wait.done();
      }
      await new Promise((rested) => setTimeout(rested, restMs));
    }
  };
  const clients = Array.from({ length: keeping + opening }, (_, index) => client(index));
  return {
    answers,
    more: (count) => new Promise((done) => waiting.add({ at: answers.length + count, done })),
    async stop() {
      life.abort();
      await Promise.all(clients);
      agent.destroy();
      return answers;
    },
  };
}
