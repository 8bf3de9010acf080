/** The live page: what the deployment looks like now, drawn again whenever it changes. It changes nothing itself. */
import { connect } from './connect.js';
import { drawBanner } from './draw/banner.js';
import { drawCluster } from './draw/cluster.js';
import { addEvent, eventsAreLive } from './draw/events.js';
import { drawHead } from './draw/head.js';
import { drawTimeline } from './draw/timeline.js';
import { drawTraffic } from './draw/traffic.js';
import { forgetTerms, noteTerms } from './terms.js';

connect({
  onOpen: forgetTerms,
  onStatus(status) {
    drawHead(status);
    drawTraffic(status.traffic);
    drawCluster(status);
    drawTimeline(status);
    eventsAreLive();
  },
  onTerms(told) {
    noteTerms(told);
    drawTimeline();
  },
  onEvent: addEvent,
  onConnection: drawBanner,
});
