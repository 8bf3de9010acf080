/**
 * Loaded into each replica before the product (node --require), so that the product needs nothing for tests:
 * - its wall clock is off by as many milliseconds as the file $CHAOS_CLOCK says
 * - what it tells its parent bears the time on the machine's monotonic clock at which it was said
 */
'use strict';
const { readFileSync } = require('node:fs');

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const RealDate = Date;
const lookEveryMs = 20;
let offBy = 0;
let lookedAt = -Infinity;

function shift() {
  const now = monotonic();
  if (now - lookedAt >= lookEveryMs) {
    lookedAt = now;
    try {
      offBy = Number(readFileSync(process.env.CHAOS_CLOCK, 'utf8')) || 0;
    } catch {
      // Being written at this moment: as it was.
    }
  }
  return offBy;
}

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift());
    else super(...args);
  }
  static now() {
    return RealDate.now() + shift();
  }
};

const send = process.send;
if (send) {
  process.send = function (message, ...rest) {
    const told = message?.to === 'parent' ? { ...message, at: monotonic() } : message;
    return send.call(process, told, ...rest);
  };
}
