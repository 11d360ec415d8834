int system(const char *);
static void early(void) {
    system("true"); //~ shell@constructor-before-all-c
}
__attribute__((section(".preinit_array"), used)) static void (*const entry)(void) = early;
int helper(void) {
    return 1;
}
