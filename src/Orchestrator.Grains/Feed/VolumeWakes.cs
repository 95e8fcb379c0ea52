using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Volumes;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which claims and volumes a change concerns: those that changed, the other side of their binding, claims that wait for what came, and deleted ones that a pod has let go of.</summary>
internal sealed class VolumeWakes(IObjectStore store)
{
    private readonly StoredVolumes _volumes = new(store);

    public IEnumerable<Wake> For(Change change) => change.Object.Key.Resource switch
    {
        Resources.VolumeClaims => ForClaim(change),
        Resources.Volumes => ForVolume(change),
        Resources.StorageClasses => _volumes.Claims.Where(c => c.VolumeName.Length == 0 && c.ClassName == change.Object.Key.Name).Select(Of),
        Resources.Pods when HasLetGo(change) =>
            store.List(Resources.VolumeClaims, change.Object.Key.Namespace).Items.Where(c => c.IsTerminating).Select(c => Of(StoredVolumes.Claim(c))),
        Resources.Nodes when change.Type == ChangeType.Deleted => store.List(Resources.Volumes).Items.Where(v => v.IsTerminating).Select(v => OfVolume(v.Key.Name)),
        _ => [],
    };

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() => _volumes.Claims.Select(Of).Concat(store.List(Resources.Volumes).Items.Select(v => OfVolume(v.Key.Name)));

    private static IEnumerable<Wake> ForClaim(Change change)
    {
        ClaimFacts claim = StoredVolumes.Claim(change.Object);
        return claim.VolumeName.Length == 0 ? [Of(claim)] : [Of(claim), OfVolume(claim.VolumeName)];
    }

    private IEnumerable<Wake> ForVolume(Change change)
    {
        VolumeFacts volume = StoredVolumes.Volume(change.Object);
        IEnumerable<Wake> claims = volume.Claim.Length > 0
            ? [new Wake(Reconciler.VolumeClaim, volume.Claim)]
            : _volumes.Claims.Where(c => c.VolumeName == volume.Name || (c.VolumeName.Length == 0 && c.ClassName == volume.ClassName)).Select(Of);
        return claims.Prepend(OfVolume(volume.Name));
    }

    private static bool HasLetGo(Change change) =>
        change.Type == ChangeType.Deleted || change.Object.Fields.GetValueOrDefault("status.phase") is "Succeeded" or "Failed";

    private static Wake Of(ClaimFacts claim) => new(Reconciler.VolumeClaim, claim.Key);

    private static Wake OfVolume(string name) => new(Reconciler.Volume, name);
}
