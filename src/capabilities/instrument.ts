/** Who an instrument says it is (`*IDN?`). */
export interface Identity {
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
}

/** What every driver can do, whatever it drives. A driver without a safe state does not compile. */
export interface Instrument {
  /** Name of the instrument in the bench file. */
  readonly label: string;
  readonly identity: Identity;
  /**
   * Every output off (a scope: stopped, wave generator off). Safe in any state, any number of times.
   *
   * @throws MemrigError `no-answer`: the instrument did not take it; the state of its outputs is unknown
   */
  makeSafe(): Promise<void>;
  /** True where any output is on now. Asks the instrument; changes nothing. */
  outputIsOn(): Promise<boolean>;
  /** Ends the session. Changes nothing on the instrument. */
  close(): Promise<void>;
}
