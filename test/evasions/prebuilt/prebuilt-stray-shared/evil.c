int act(void) { return 0; }
