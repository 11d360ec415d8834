/** All cases, in the order in which they run: what comes later finds target directories that are filled. */
import * as bombs from './bombs.mjs';
import * as clean from './clean.mjs';
import * as cold from './cold.mjs';
import * as diff from './diff.mjs';
import * as parsers from './parsers.mjs';
import * as problems from './problems.mjs';
import * as resources from './resources.mjs';
import * as sandbox from './sandbox.mjs';
import * as size from './size.mjs';
import * as start from './start.mjs';
import * as targets from './targets.mjs';
import * as trace from './trace.mjs';
import * as ui from './ui.mjs';
import * as warm from './warm.mjs';
import * as workers from './workers.mjs';

/** Cases that share their runs are in one group. */
export const groups = [
  start,
  cold,
  warm,
  problems,
  clean,
  diff,
  parsers,
  targets,
  bombs,
  workers,
  resources,
  sandbox,
  size,
  trace,
  ui,
];
