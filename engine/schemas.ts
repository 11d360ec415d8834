// The part of zod that is quick to load, with the words for what does not fit.
import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

config(english());

export * from 'zod/mini';
