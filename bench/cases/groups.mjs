/** All cases, in the order in which they run: what comes later finds target directories that are filled. */
import * as cold from './cold.mjs';
import * as parsers from './parsers.mjs';
import * as resources from './resources.mjs';
import * as start from './start.mjs';
import * as warm from './warm.mjs';

/** Cases that share their runs are in one group. */
export const groups = [start, cold, warm, parsers, resources];
