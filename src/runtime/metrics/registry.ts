/**
 * Counters, gauges and histograms, written as Prometheus text.
 * Source of the format: Prometheus "Text-based format" 0.0.4. Tested against a parser of that format.
 */
export type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): Iterable<string>;
}

export class MetricsRegistry {
  readonly #series: Series[] = [];

  counter(name: string, help: string): Counter {
    const counter = new Counter(name, help);
    this.#series.push(counter);
    return counter;
  }

  /** The value is asked for when it is read. */
  gauge(name: string, help: string, read: () => Iterable<readonly [Labels, number]>): void {
    this.#asked('gauge', name, help, read);
  }

  /** A counter that someone else keeps. */
  counted(name: string, help: string, read: () => Iterable<readonly [Labels, number]>): void {
    this.#asked('counter', name, help, read);
  }

  #asked(type: 'gauge' | 'counter', name: string, help: string, read: () => Iterable<readonly [Labels, number]>): void {
    this.#series.push({
      name,
      help,
      type,
      *lines() {
        for (const [labels, value] of read()) yield sample(name, labels, value);
      },
    });
  }

  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const histogram = new Histogram(name, help, buckets);
    this.#series.push(histogram);
    return histogram;
  }

  text(): string {
    let out = '';
    for (const series of this.#series) {
      out += `# HELP ${series.name} ${escapeHelp(series.help)}\n# TYPE ${series.name} ${series.type}\n`;
      for (const line of series.lines()) out += `${line}\n`;
    }
    return out;
  }
}

export class Counter implements Series {
  readonly name: string;
  readonly help: string;
  readonly type = 'counter' as const;
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** A child with fixed labels, for hot paths: adding to it touches one object. */
  with(labels: Labels): { add(amount?: number): void } {
    const key = labelText(labels);
    let entry = this.#values.get(key);
    if (!entry) {
      entry = { labels, value: 0 };
      this.#values.set(key, entry);
    }
    const found = entry;
    return { add: (amount = 1) => void (found.value += amount) };
  }

  *lines(): Iterable<string> {
    for (const { labels, value } of this.#values.values()) yield sample(this.name, labels, value);
  }
}

interface HistogramChild {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

export class Histogram implements Series {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram' as const;
  readonly #buckets: readonly number[];
  readonly #children = new Map<string, HistogramChild>();

  constructor(name: string, help: string, buckets: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#buckets = buckets;
  }

  with(labels: Labels): { observe(value: number): void } {
    const key = labelText(labels);
    let child = this.#children.get(key);
    if (!child) {
      child = { labels, counts: this.#buckets.map(() => 0), sum: 0, count: 0 };
      this.#children.set(key, child);
    }
    const found = child;
    return {
      observe: (value) => {
        found.sum += value;
        found.count++;
        const index = this.#buckets.findIndex((bucket) => value <= bucket);
        if (index >= 0) found.counts[index]!++;
      },
    };
  }

  *lines(): Iterable<string> {
    for (const child of this.#children.values()) {
      let below = 0;
      for (const [i, bucket] of this.#buckets.entries()) {
        below += child.counts[i]!;
        yield sample(`${this.name}_bucket`, { ...child.labels, le: String(bucket) }, below);
      }
      yield sample(`${this.name}_bucket`, { ...child.labels, le: '+Inf' }, child.count);
      yield sample(`${this.name}_sum`, child.labels, child.sum);
      yield sample(`${this.name}_count`, child.labels, child.count);
    }
  }
}

function sample(name: string, labels: Labels, value: number): string {
  return `${name}${labelText(labels)} ${Number.isFinite(value) ? value : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
