package dev.kryonix.backup.repository;

import java.io.IOException;

/** The keys that a repository needs are gone; nothing in it can be read any more. */
public final class KeysDestroyedException extends IOException {
  KeysDestroyedException(String what) {
    super(what);
  }
}
