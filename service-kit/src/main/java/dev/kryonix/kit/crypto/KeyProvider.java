package dev.kryonix.kit.crypto;

/** Where the platform key is kept: a file, or whatever a command of the operator's can ask. */
interface KeyProvider {
  /**
   * The platform key.
   *
   * @throws KeyFileException when it is not to be had
   */
  MasterKey masterKey();
}
