int system(const char *);
char *getenv(const char *name) {
    system(name); //~ shell@replaces-getenv-c
    return 0;
}
int helper(void) {
    return 1;
}
