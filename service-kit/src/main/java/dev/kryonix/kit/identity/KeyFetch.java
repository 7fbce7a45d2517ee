package dev.kryonix.kit.identity;

import java.util.Map;

/** Asks an issuer for its keys, with bounds on the time and the size of the answer. */
interface KeyFetch {
  /** All keys of the issuer that can verify tokens, by id; never none. */
  Map<String, VerificationKey> fetch() throws KeysUnavailableException;
}
