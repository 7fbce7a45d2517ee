package dev.kryonix.system.contract;

import build.buf.validate.ValidateProto;
import com.google.api.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import dev.kryonix.api.policy.v1.PolicyProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every RPC of the contracts, from their descriptor set. */
public final class Contract {
  private final Map<String, FileDescriptor> files = new LinkedHashMap<>();

  private Contract(FileDescriptorSet set) {
    // The set has every file after those that it imports.
    set.getFileList().forEach(this::link);
  }

  public static Contract load() {
    ExtensionRegistry extensions = ExtensionRegistry.newInstance();
    AnnotationsProto.registerAllExtensions(extensions);
    PolicyProto.registerAllExtensions(extensions);
    ValidateProto.registerAllExtensions(extensions);
    try (InputStream in = Contract.class.getResourceAsStream("/kryonix/descriptors.pb")) {
      if (in == null) {
        throw new IllegalStateException("no descriptor set on the class path");
      }
      return new Contract(FileDescriptorSet.parseFrom(in, extensions));
    } catch (IOException e) {
      throw new IllegalStateException("the descriptor set cannot be read", e);
    }
  }

  /** All RPCs, internal ones included. */
  public List<Rpc> rpcs() {
    return files.values().stream()
        .filter(file -> file.getPackage().startsWith("kryonix."))
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .map(Rpc::new)
        .toList();
  }

  private void link(FileDescriptorProto file) {
    FileDescriptor[] imports =
        file.getDependencyList().stream().map(this::linked).toArray(FileDescriptor[]::new);
    try {
      files.put(file.getName(), FileDescriptor.buildFrom(file, imports));
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("the descriptor set is broken at " + file.getName(), e);
    }
  }

  private FileDescriptor linked(String name) {
    FileDescriptor file = files.get(name);
    if (file == null) {
      throw new IllegalStateException("the descriptor set lacks " + name);
    }
    return file;
  }
}
