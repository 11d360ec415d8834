/** What a shell makes of a program that a signal ended. */
export const signals: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
