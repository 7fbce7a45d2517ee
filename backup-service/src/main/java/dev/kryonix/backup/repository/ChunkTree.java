package dev.kryonix.backup.repository;

import java.util.List;

/**
 * A stored stream, however long, as few ids: at depth 0 they are its chunks; at depth n they are
 * the chunks of the stream of ids that is the tree of depth n - 1. Because ids follow from content,
 * it is a Merkle tree.
 */
public record ChunkTree(int depth, List<ChunkId> roots) {
  public ChunkTree {
    roots = List.copyOf(roots);
  }
}
