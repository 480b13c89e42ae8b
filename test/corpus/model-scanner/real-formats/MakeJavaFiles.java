import java.io.*; import java.util.*;
/** Writes the `.ser` files of this folder: javac MakeJavaFiles.java && java MakeJavaFiles. */
public class MakeJavaFiles { 
  public static class Net implements Serializable { double[] weights = {1, 2}; List<String> names = new ArrayList<>(List.of("a")); }
  public static void main(String[] a) throws Exception {
    try (var out = new ObjectOutputStream(new FileOutputStream("plain-map.ser"))) { var m = new TreeMap<String, Object>(); m.put("w", new double[]{1,2,3}); m.put("d", new Date(0)); m.put("l", new LinkedList<>(List.of(1,2))); out.writeObject(m); }
    try (var out = new ObjectOutputStream(new FileOutputStream("custom-class.ser"))) { out.writeObject(new Net()); }
  } }
