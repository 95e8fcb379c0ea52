using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Manifests;

/// <summary>What came of applying one manifest; <paramref name="Verb"/> is created, configured or unchanged.</summary>
internal sealed record AppliedObject(ApiResource Resource, string? Namespace, string Name, string Verb, JsonObject Live);

/// <summary>Creates the object of a manifest, or patches the one that exists.</summary>
internal sealed class ManifestApplier(ApiConnection connection, ApiCatalog catalog, string defaultNamespace, bool dryRun)
{
    private const int MaxAttempts = 5;

    /// <exception cref="ApiStatusException">The server refused the object.</exception>
    public async Task<AppliedObject> ApplyAsync(Manifest manifest, CancellationToken cancel)
    {
        var resource = catalog.Of(manifest.ApiVersion, manifest.Kind);
        var ns = resource.Namespaced ? manifest.Namespace ?? defaultNamespace : null;
        var wanted = ThreeWayMerge.Record(manifest.Body);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CreateOrPatchAsync(resource, ns, manifest.Name, wanted, cancel);
            }
            catch (ApiStatusException refusal) when (attempt < MaxAttempts && refusal.Reason is ("AlreadyExists" or "Conflict"))
            {
                // Somebody created or changed the object between the look and the write: look again.
            }
        }
    }

    private async Task<AppliedObject> CreateOrPatchAsync(ApiResource resource, string? ns, string name, JsonObject wanted, CancellationToken cancel)
    {
        var query = "?fieldValidation=Strict&fieldManager=orchestrator" + (dryRun ? "&dryRun=All" : "");
        if (await FindAsync(resource, ns, name, cancel) is not { } live)
        {
            var created = await connection.SendJsonAsync(HttpMethod.Post, resource.CollectionPath(ns) + query, wanted, "application/json", cancel);
            return new AppliedObject(resource, ns, name, "created", created);
        }

        var patch = ThreeWayMerge.Patch(ThreeWayMerge.Recorded(live), wanted, live);
        if (patch.Count == 0)
        {
            return new AppliedObject(resource, ns, name, "unchanged", live);
        }

        var changed = await connection.SendJsonAsync(HttpMethod.Patch, resource.ObjectPath(ns, name) + query, patch, "application/merge-patch+json", cancel);
        var same = (string?)changed["metadata"]?["resourceVersion"] == (string?)live["metadata"]?["resourceVersion"];
        return new AppliedObject(resource, ns, name, same ? "unchanged" : "configured", changed);
    }

    private async Task<JsonObject?> FindAsync(ApiResource resource, string? ns, string name, CancellationToken cancel)
    {
        try
        {
            return await connection.GetAsync(resource.ObjectPath(ns, name), "application/json", cancel);
        }
        catch (ApiStatusException missing) when (missing.Code == 404)
        {
            return null;
        }
    }
}
