/**
 * The product catalogue: modules, operations, plans, sectors and cache data types, read from {@code
 * catalog.yaml}.
 */
@NullMarked
package dev.kryonix.kit.catalog;

import org.jspecify.annotations.NullMarked;
