using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What a volume's writer may leave out.</summary>
internal static class VolumeDefaults
{
    /// <summary>0644.</summary>
    private const int DefaultMode = 0x1A4;

    private const int TokenSeconds = 3600;

    public static void Apply(JsonObject volume)
    {
        if (!volume.Any(m => m.Key != "name" && m.Value is not null))
        {
            volume["emptyDir"] = new JsonObject();
        }

        volume.Child("hostPath")?.Default("type", "");
        foreach (string source in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI", "projected"])
        {
            volume.Child(source)?.Default("defaultMode", DefaultMode);
        }

        DefaultFieldRefs(volume.Child("downwardAPI"));
        foreach ((JsonObject source, _) in volume.Child("projected").Items("sources"))
        {
            DefaultFieldRefs(source.Child("downwardAPI"));
            source.Child("serviceAccountToken")?.Default("expirationSeconds", TokenSeconds);
        }
    }

    private static void DefaultFieldRefs(JsonObject? downwardApi)
    {
        foreach ((JsonObject item, _) in downwardApi.Items("items"))
        {
            item.Child("fieldRef")?.DefaultIfEmpty("apiVersion", "v1");
        }
    }
}
