/** Takes one message at each poll. The methods and what they are given: docs/transports.md. */
const moons = ['Io', 'Europa', 'Ganymede', 'Callisto'];

interface Context {
  readonly parameters: Readonly<Record<string, string>>;
  inject(body: { readonly json: unknown }, options?: { readonly key?: string }): Promise<string>;
}

export default class Moons {
  #next = 0;

  async poll({ parameters, inject }: Context): Promise<void> {
    const moon = moons[this.#next % moons.length];
    const outcome = await inject({ json: { planet: parameters['planet'], moon } }, { key: `moon-${this.#next}` });
    // Only what was processed is done with.
    if (outcome === 'done') this.#next++;
  }
}
