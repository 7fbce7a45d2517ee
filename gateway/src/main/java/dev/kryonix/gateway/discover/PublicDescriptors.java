package dev.kryonix.gateway.discover;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.gateway.contract.Rpc;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The contracts without their internal RPCs, as serialized files by name and by symbol. Computed
 * once; the services are never asked.
 */
@Singleton
final class PublicDescriptors {
  private final Map<String, FileDescriptor> files = new HashMap<>();
  private final Map<String, ByteString> serialized = new HashMap<>();
  private final Map<String, FileDescriptor> bySymbol = new HashMap<>();
  private final Map<String, Map<Integer, FileDescriptor>> extensions = new HashMap<>();
  private final Set<String> services = new LinkedHashSet<>();

  PublicDescriptors(Contract contract) {
    Set<String> visible = new HashSet<>();
    for (Rpc rpc : contract.rpcs()) {
      if (!rpc.internal()) {
        visible.add(rpc.method().getFullName());
        services.add(rpc.method().getService().getFullName());
      }
    }
    reachable(contract).values().forEach(file -> index(file, visible));
  }

  /** The full names of the services that have something to call. */
  Set<String> services() {
    return services;
  }

  /** The file of that name and all it imports, the file first; empty when there is none. */
  List<ByteString> byName(String file) {
    FileDescriptor found = files.get(file);
    return found == null ? List.of() : closure(found);
  }

  /** The file that defines a symbol, and all it imports. */
  List<ByteString> bySymbol(String symbol) {
    FileDescriptor found = bySymbol.get(symbol);
    return found == null ? List.of() : closure(found);
  }

  /** The file that defines an extension, and all it imports. */
  List<ByteString> byExtension(String type, int number) {
    FileDescriptor found = extensions.getOrDefault(type, Map.of()).get(number);
    return found == null ? List.of() : closure(found);
  }

  /** The extension numbers of a type. */
  Set<Integer> extensionNumbers(String type) {
    return extensions.getOrDefault(type, Map.of()).keySet();
  }

  /** Whether anything of that name is visible. */
  boolean knows(String symbol) {
    return bySymbol.containsKey(symbol);
  }

  /**
   * The files of the visible services and what these import: contracts between services stay
   * unseen.
   */
  private Map<String, FileDescriptor> reachable(Contract contract) {
    Map<String, FileDescriptor> reached = new LinkedHashMap<>();
    for (FileDescriptor file : contract.files()) {
      if (file.getServices().stream().anyMatch(s -> services.contains(s.getFullName()))) {
        collect(file, reached);
      }
    }
    return reached;
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptor> into) {
    if (into.putIfAbsent(file.getName(), file) == null) {
      file.getDependencies().forEach(each -> collect(each, into));
    }
  }

  private void index(FileDescriptor file, Set<String> visible) {
    files.put(file.getName(), file);
    serialized.put(file.getName(), filtered(file, visible).toByteString());
    file.getMessageTypes().forEach(type -> index(type, file));
    file.getEnumTypes().forEach(type -> index(type, file));
    file.getExtensions().forEach(extension -> index(extension, file));
    for (ServiceDescriptor service : file.getServices()) {
      if (services.contains(service.getFullName())) {
        bySymbol.put(service.getFullName(), file);
        service.getMethods().stream()
            .filter(method -> visible.contains(method.getFullName()))
            .forEach(method -> bySymbol.put(method.getFullName(), file));
      }
    }
  }

  private void index(Descriptor type, FileDescriptor file) {
    bySymbol.put(type.getFullName(), file);
    type.getFields().forEach(field -> bySymbol.put(field.getFullName(), file));
    type.getOneofs().forEach(oneof -> bySymbol.put(oneof.getFullName(), file));
    type.getExtensions().forEach(extension -> index(extension, file));
    type.getEnumTypes().forEach(each -> index(each, file));
    type.getNestedTypes().forEach(each -> index(each, file));
  }

  private void index(EnumDescriptor type, FileDescriptor file) {
    bySymbol.put(type.getFullName(), file);
    type.getValues().forEach(value -> bySymbol.put(value.getFullName(), file));
  }

  private void index(FieldDescriptor extension, FileDescriptor file) {
    bySymbol.put(extension.getFullName(), file);
    extensions
        .computeIfAbsent(extension.getContainingType().getFullName(), type -> new TreeMap<>())
        .put(extension.getNumber(), file);
  }

  /**
   * Comments stay behind with the source positions, which no longer fit once something is left out.
   */
  private static FileDescriptorProto filtered(FileDescriptor file, Set<String> visible) {
    FileDescriptorProto.Builder shown = file.toProto().toBuilder().clearSourceCodeInfo();
    shown.clearService();
    for (ServiceDescriptor service : file.getServices()) {
      ServiceDescriptorProto.Builder kept = service.toProto().toBuilder().clearMethod();
      service.getMethods().stream()
          .filter(method -> visible.contains(method.getFullName()))
          .forEach(method -> kept.addMethod(method.toProto()));
      if (kept.getMethodCount() > 0) {
        shown.addService(kept);
      }
    }
    return shown.build();
  }

  private List<ByteString> closure(FileDescriptor file) {
    Map<String, FileDescriptor> needed = new LinkedHashMap<>();
    collect(file, needed);
    List<ByteString> answer = new ArrayList<>();
    needed.keySet().forEach(name -> answer.add(serialized.getOrDefault(name, ByteString.EMPTY)));
    return answer;
  }
}
