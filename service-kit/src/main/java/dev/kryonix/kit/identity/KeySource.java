package dev.kryonix.kit.identity;

import java.util.Optional;

/**
 * The public keys under which an issuer signs now. Asked on every verification, so it answers from
 * memory.
 */
public interface KeySource {
  /**
   * The key of that id, when the issuer has it. A key that has been withdrawn is absent. May wait
   * for the issuer's answer when the id is new; refuses with UNAVAILABLE when the issuer cannot be
   * asked.
   */
  Optional<VerificationKey> find(String keyId);

  /** Whether the issuer is known to have the key, answered from memory only and without waiting. */
  default boolean holds(VerificationKey key) {
    return find(key.id()).filter(key::equals).isPresent();
  }

  /**
   * Asks for the keys when there are none yet, so that the first token finds them, even if the
   * issuer is away by then. False when they could not be had.
   */
  default boolean prepare() {
    return true;
  }
}
