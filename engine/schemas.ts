// What we use of zod, by name: a namespace would bring all its languages and its JSON Schemas into the program, and take longer to load
// than our own code.
import { config } from 'zod/mini';
import english from 'zod/v4/locales/en.js';

config(english());

export {
  _default,
  array,
  boolean,
  describe,
  enum,
  type infer,
  int,
  literal,
  looseObject,
  maximum,
  minimum,
  minLength,
  nullable,
  nullish,
  number,
  object,
  optional,
  prettifyError,
  record,
  refine,
  strictObject,
  string,
  toJSONSchema,
  tuple,
  union,
  unknown,
} from 'zod/mini';
