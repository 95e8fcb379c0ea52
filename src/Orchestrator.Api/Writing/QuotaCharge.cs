using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Quotas;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>
/// Creates objects under the ResourceQuotas of their namespace. The charge and the object are committed together: the object needs the update of
/// <c>status.used</c>, which is a compare-and-swap, so whatever others create at the same time, on whichever server, no quota is exceeded.
/// A charge whose object was refused after all stays until the quota is counted anew.
/// </summary>
internal sealed class QuotaCharge(IObjectStore store)
{
    private const string Resource = "resourcequotas";

    /// <summary>Each lost race was won by another writer of the same quota, so this many in a row mean that others are served meanwhile.</summary>
    private const int MaxRaces = 64;

    // Writers of this process take turns at a namespace's quotas instead of racing each other.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Commits the creation with its charges and claims; a refusal where a quota would be exceeded. It is skipped where a claim was lost to another.</summary>
    public async ValueTask<Outcome<CommitResult>> CreateAsync(
        AdmissionRequest request, IReadOnlyList<Mutation> claims, CreateObject create, CancellationToken cancel)
    {
        var applicable = Applicable(request);
        if (applicable.Count == 0)
        {
            return claims.Count == 0 ? await store.CommitAsync(create, cancel) : (await store.CommitAsync(WriteClaims.Chain([.. claims, create]), cancel: cancel))[^1];
        }

        SemaphoreSlim turn = _turns[(uint)string.GetHashCode(request.Namespace, StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancel);
        try
        {
            return await ChargeAsync(request, applicable, claims, create, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>What the creation would be refused with, for dry runs, which are not charged.</summary>
    public StatusError? Check(AdmissionRequest request) => Plan(request, Applicable(request)).Error;

    private async ValueTask<Outcome<CommitResult>> ChargeAsync(
        AdmissionRequest request, List<(StoredObject Stored, JsonObject Quota)> applicable, IReadOnlyList<Mutation> claims, CreateObject create, CancellationToken cancel)
    {
        for (int race = 0; race < MaxRaces; race++)
        {
            // Read once where nobody had the turn in between; a plan edits what it was read into.
            bool isCurrent = race == 0 && applicable.TrueForAll(q => ReferenceEquals(store.Get(q.Stored.Key), q.Stored));
            Outcome<List<Mutation>> charges = Plan(request, isCurrent ? applicable : Applicable(request));
            if (charges.Failed)
            {
                return charges.Error;
            }

            int charged = charges.Value.Count;
            IReadOnlyList<CommitResult> results = await store.CommitAsync(WriteClaims.Chain([.. charges.Value, .. claims, create]), cancel: cancel);
            if (results[^1].Outcome != CommitOutcome.Skipped || charged == 0 || results[charged - 1].Outcome == CommitOutcome.Committed)
            {
                return results[^1];
            }

            await store.SyncAsync(cancel);
        }

        return StatusErrors.Conflict(request.Kind, request.Name, "the quotas of the namespace are being changed by many at once; please try again");
    }

    private List<(StoredObject Stored, JsonObject Quota)> Applicable(AdmissionRequest request)
    {
        var quotas = new List<(StoredObject, JsonObject)>();
        foreach (StoredObject stored in request.Kind.Namespaced ? store.List(Resource, request.Namespace).Items : [])
        {
            JsonObject quota = JsonTree.ParseStored(stored.Json);
            if (QuotaUsage.Bounds(request.Kind.StorageName, quota))
            {
                quotas.Add((stored, quota));
            }
        }

        return quotas;
    }

    private Outcome<List<Mutation>> Plan(AdmissionRequest request, List<(StoredObject Stored, JsonObject Quota)> applicable)
    {
        (_, List<Mutation> charges, StatusError? refusal) = PlanAll([request], applicable);
        return refusal is null ? charges : refusal;
    }

    /// <summary>The charges of as many creations, from the first on, as the quotas allow; of one kind and one namespace.</summary>
    /// <returns>How many are allowed, one charge for each quota that bounds them, and the refusal of the first that is not.</returns>
    public (int Allowed, List<Mutation> Charges, StatusError? Refusal) PlanAll(IReadOnlyList<AdmissionRequest> requests) =>
        requests.Count == 0 ? (0, [], null) : PlanAll(requests, Applicable(requests[0]));

    private (int Allowed, List<Mutation> Charges, StatusError? Refusal) PlanAll(
        IReadOnlyList<AdmissionRequest> requests, List<(StoredObject Stored, JsonObject Quota)> applicable)
    {
        List<QuotaTally> tallies = [.. applicable.Select(q => new QuotaTally(q.Stored, q.Quota, Used(q.Quota, requests[0].Namespace)))];
        int allowed = 0;
        StatusError? refusal = null;
        while (allowed < requests.Count && refusal is null)
        {
            refusal = Take(requests[allowed], tallies);
            allowed += refusal is null ? 1 : 0;
        }

        var charges = new List<Mutation>();
        foreach (QuotaTally tally in tallies.Where(t => t.IsCharged))
        {
            charges.Add(Charge(tally.Stored, tally.Quota, tally.Used));
        }

        return (allowed, charges, refusal);
    }

    /// <summary>Charges one creation to all quotas that bound it, or to none.</summary>
    private static StatusError? Take(AdmissionRequest request, List<QuotaTally> tallies)
    {
        var asked = new List<(QuotaTally Tally, Dictionary<string, Quantity> Amounts)>();
        foreach (QuotaTally tally in tallies)
        {
            Dictionary<string, Quantity> amounts = QuotaUsage.Of(tally.Quota, request.Kind.StorageName, request.Object);
            if (amounts.Count == 0)
            {
                continue;
            }

            JsonObject hard = tally.Quota.Child("spec", "hard") ?? [];
            if (request.Kind.StorageName == "pods" && PodUsage.Missing(request.Object, hard.Select(h => h.Key)) is { } missing)
            {
                return StatusErrors.Forbidden(request.Kind, request.Name, $"failed quota: {tally.Stored.Key.Name}: {missing}");
            }

            if (Exceeded(tally.Stored.Key.Name, amounts, tally.Used, hard) is { } refusal)
            {
                return StatusErrors.Forbidden(request.Kind, request.Name, refusal);
            }

            asked.Add((tally, amounts));
        }

        foreach ((QuotaTally tally, Dictionary<string, Quantity> amounts) in asked)
        {
            tally.Add(amounts);
        }

        return null;
    }

    /// <summary>What is used by the status; counted here where the quota is new or has changed and nobody has counted yet.</summary>
    private SortedDictionary<string, Quantity> Used(JsonObject quota, string ns)
    {
        JsonObject? status = quota.Child("status");
        var used = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach ((string name, _) in quota.Child("spec", "hard") ?? [])
        {
            if (!Quantity.TryParse(status.Child("used")?[name].AsScalarText(), out Quantity amount))
            {
                return QuotaUsage.Total(
                    quota, resource => store.List(resource, ns).Items.Select(o => JsonTree.ParseStored(o.Json)), resource => store.List(resource, ns).Items.Count);
            }

            used[name] = amount;
        }

        return used;
    }

    private static string? Exceeded(string quota, Dictionary<string, Quantity> asked, SortedDictionary<string, Quantity> used, JsonObject hard)
    {
        string[] over =
        [
            .. asked.Keys
                .Where(name => asked[name].Sign > 0 && Quantity.TryParse(hard[name].AsScalarText(), out Quantity most) && used[name] + asked[name] > most)
                .Order(StringComparer.Ordinal),
        ];
        string List(Func<string, string> amount) => string.Join(',', over.Select(name => $"{name}={amount(name)}"));
        return over.Length == 0
            ? null
            : $"exceeded quota: {quota}, requested: {List(n => asked[n].ToString())}, used: {List(n => used[n].ToString())}, limited: {List(n => hard[n].AsScalarText() ?? "")}";
    }

    private static UpdateObject Charge(StoredObject stored, JsonObject quota, SortedDictionary<string, Quantity> used)
    {
        JsonObject status = quota.ObjectOrNew("status") ?? [];
        status["hard"] = quota.Child("spec", "hard")?.DeepClone();
        status["used"] = new JsonObject(used.Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value.ToString())));
        return StoredEdit.Replace(stored, quota);
    }

    /// <summary>A quota, and what is used of it once what was taken so far is.</summary>
    private sealed class QuotaTally(StoredObject stored, JsonObject quota, SortedDictionary<string, Quantity> used)
    {
        public StoredObject Stored { get; } = stored;

        public JsonObject Quota { get; } = quota;

        public SortedDictionary<string, Quantity> Used { get; } = used;

        public bool IsCharged { get; private set; }

        public void Add(Dictionary<string, Quantity> amounts)
        {
            IsCharged = true;
            foreach ((string name, Quantity amount) in amounts)
            {
                Used[name] += amount;
            }
        }
    }
}
