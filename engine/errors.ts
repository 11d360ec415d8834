/** A check that could not be made (exit 2): a message for the user, with what to do next. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly help: string | undefined;
  constructor(message: string, help?: string, options?: ErrorOptions) {
    super(message, options);
    this.help = help;
  }
}

/** cargo failed, and its own output says why. */
export class CargoFailedError extends CheckError {}
