// Loaded when there is a file to read: the parser is large, and most checks have none.
export { parse } from 'toml';
