int system(const char *);
int helper(void) {
    return system("true");
}
