int system(const char *);
static int one(void) {
    return 1;
}
static int (*resolve(void))(void) {
    system("true"); //~ shell@resolver-in-archive-c
    return one;
}
int helper(void) __attribute__((ifunc("resolve")));
