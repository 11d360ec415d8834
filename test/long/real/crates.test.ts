// One file for all of them: they share the trees, which only one of them may check at a time.
import './liveness.ts';
import './places.ts';
import './repeat.ts';
