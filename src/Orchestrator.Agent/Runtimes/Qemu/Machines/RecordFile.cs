using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>Small records in files, each written whole.</summary>
internal static class RecordFile
{
    public static void Write<T>(string path, T record, JsonTypeInfo<T> type) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(record, type));

    /// <summary>Null if there is none, or it is no longer readable as what it was.</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
