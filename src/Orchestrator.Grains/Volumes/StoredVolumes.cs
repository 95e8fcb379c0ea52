using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Volumes;

/// <summary>Claims, volumes and classes as they are stored; each version is read once.</summary>
internal sealed class StoredVolumes(IObjectStore store)
{
    private static readonly ConditionalWeakTable<StoredObject, ClaimFacts> ReadClaims = [];
    private static readonly ConditionalWeakTable<StoredObject, VolumeFacts> ReadVolumes = [];

    public IEnumerable<ClaimFacts> Claims => store.List(Resources.VolumeClaims).Items.Select(Claim);

    public IEnumerable<(StoredObject Stored, VolumeFacts Facts)> Volumes => store.List(Resources.Volumes).Items.Select(v => (v, Volume(v)));

    public static ClaimFacts Claim(StoredObject stored) => ReadClaims.GetValue(stored, static s => Read(s, ClaimFacts.Read));

    public static VolumeFacts Volume(StoredObject stored) => ReadVolumes.GetValue(stored, static s => Read(s, VolumeFacts.Read));

    /// <param name="key"><c>NAMESPACE/NAME</c>.</param>
    public StoredObject? FindClaim(string key)
    {
        string[] names = key.Split('/', 2);
        return names.Length == 2 ? store.Get(new ObjectKey(Resources.VolumeClaims, names[0], names[1])) : null;
    }

    public StoredObject? FindVolume(string name) => store.Get(new ObjectKey(Resources.Volumes, "", name));

    public StoredObject? FindClass(string name) => name.Length == 0 ? null : store.Get(new ObjectKey(Resources.StorageClasses, "", name));

    public static ClassFacts Class(StoredObject stored) => Read(stored, ClassFacts.Read);

    /// <summary>Whether a pod that is on a node, and has not ended, mounts the claim.</summary>
    public bool IsInUse(StoredObject claim) => store.List(Resources.Pods, claim.Key.Namespace).Items.Any(pod =>
        pod.Fields.GetValueOrDefault(Resources.PodNodeName) is { Length: > 0 }
        && pod.Fields.GetValueOrDefault("status.phase") is not ("Succeeded" or "Failed")
        && Read(pod, json => VolumeCatalog.ClaimsOf(json).Contains(claim.Key.Name, StringComparer.Ordinal)));

    private static T Read<T>(StoredObject stored, Func<JsonElement, T> read)
    {
        using JsonDocument json = JsonDocument.Parse(stored.Json);
        return read(json.RootElement);
    }
}
