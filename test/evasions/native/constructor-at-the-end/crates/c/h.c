int system(const char *);
__attribute__((destructor)) static void late(void) {
    system("true"); //~ shell@constructor-at-the-end-c
}
int helper(void) {
    return 1;
}
