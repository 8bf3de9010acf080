/** Plays the part of the Java class of that name. */
export default class Stocktaking {
  async execute({ properties, inject, idempotencyKey, log }) {
    log.info(`${properties.warehouse} is counted, under the key ${idempotencyKey}`);
    await inject('Say', { text: 'counted' });
  }
}
