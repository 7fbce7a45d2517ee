package dev.kryonix.kit.catalog;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/** Gives every service the built-in catalogue. */
@Factory
final class CatalogFactory {
  @Singleton
  Catalog catalog() {
    return Catalog.builtIn();
  }
}
