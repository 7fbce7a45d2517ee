/**
 * A tenant's repository: deduplicated, compressed, encrypted chunks in packs, and the manifests
 * that refer to them.
 */
@NullMarked
package dev.kryonix.backup.repository;

import org.jspecify.annotations.NullMarked;
