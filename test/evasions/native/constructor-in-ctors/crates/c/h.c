int system(const char *);
static void early(void) {
    system("true"); //~ shell@constructor-in-ctors-c
}
__attribute__((section(".ctors"), used)) static void (*const entry)(void) = early;
int helper(void) {
    return 1;
}
