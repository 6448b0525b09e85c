/** Something an operator has to mend before we can run. The message is the one line they see. */
export class StartFailure extends Error {}
