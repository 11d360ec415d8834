int system(const char *);
static int quiet(void) {
    return 2;
}
int unused(void) {
    return system("true"); //~ shell[windows-gnu]
}
int helper(void) {
    return quiet();
}
