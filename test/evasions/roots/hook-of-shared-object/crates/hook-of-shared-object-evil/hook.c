void own_hook_of_shared_object(void);

void call_hook_of_shared_object(void) {
    own_hook_of_shared_object();
}
