using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Certificates;

/// <summary>
/// Approves what nodes ask for themselves, signs what is approved, and removes what is over. Runs on every server; each request is signed once, since the
/// second server's write meets another revision.
/// </summary>
internal sealed partial class CertificateSigning(
    IObjectStore store, ClusterCertificates certificates, AuthorizerChain authorizers, TimeProvider time, ILogger<CertificateSigning> logger) : BackgroundService
{
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromMinutes(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, [SigningRequest.Resource], null, PassAsync, LogWaits, time, stoppingToken);

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        var requests = store.List(SigningRequest.Resource).Items;
        foreach (var stored in requests.Where(r => !r.IsTerminating))
        {
            var obj = JsonTree.ParseStored(stored.Json);
            if (SigningPlan.IsOver(obj, time.GetUtcNow()))
            {
                await store.CommitAsync(new DeleteObject(stored.Key, stored.Revision), cancel);
            }
            else if (await AdvanceAsync(obj, stored.Key.Name, cancel))
            {
                await store.CommitAsync(StoredEdit.Replace(stored, obj), cancel);
            }
        }

        return requests.Count > 0 ? CleaningInterval : null;
    }

    /// <summary>Takes the request as far as it goes; false where it stays as it is.</summary>
    private async ValueTask<bool> AdvanceAsync(JsonObject obj, string name, CancellationToken cancel)
    {
        if (!Signers.IsOurs(obj.Child("spec").Text("signerName") ?? "") || SigningRequest.Read(obj) is not { } request)
        {
            return false;
        }

        var now = time.GetUtcNow();
        var isChanged = false;
        if (SigningPlan.IsPending(obj) && Signers.Fault(request) is null && await ApprovalAsync(request, cancel) is { } why)
        {
            SigningPlan.AddCondition(obj, SigningPlan.Approved, "AutoApproved", why, now);
            isChanged = true;
        }

        if (!SigningPlan.Has(obj, SigningPlan.Approved) || SigningPlan.Has(obj, SigningPlan.Denied) || SigningPlan.Has(obj, SigningPlan.Failed) || SigningPlan.IsIssued(obj))
        {
            return isChanged;
        }

        if (Signers.Fault(request) is { } fault)
        {
            SigningPlan.AddCondition(obj, SigningPlan.Failed, "SignerValidationFailure", fault, now);
            return true;
        }

        using var certificate = certificates.Authority.Sign(request.Key, Signers.Spec(request), request.Duration ?? CertificateAuthority.LeafLifetime);
        SigningPlan.SetCertificate(obj, certificate);
        LogSigned(name, request.CommonName, request.Signer);
        return true;
    }

    /// <summary>Why the request needs nobody's approval; null where it does.</summary>
    private async ValueTask<string?> ApprovalAsync(SigningRequest request, CancellationToken cancel)
    {
        var isOwn = request.Requestor.Name == request.CommonName && request.Requestor.IsIn(Model.WellKnown.NodesGroup);
        switch (request.Signer)
        {
            case Signers.NodeClient:
                var right = isOwn ? "selfnodeclient" : "nodeclient";
                var asked = AskedRequest.OfResource("create", SigningRequest.Group, "v1", "certificatesigningrequests", right, "", "");
                return (await authorizers.DecideAsync(request.Requestor, asked, cancel)).Allowed
                    ? $"Auto approving {(isOwn ? "self " : "")}kubelet client certificate after SubjectAccessReview."
                    : null;
            case Signers.NodeServing:
                return isOwn && ClaimsOwnNames(request) ? "Auto approving serving certificate of the node itself, for names that no other node has." : null;
            default:
                return null;
        }
    }

    /// <summary>A node may call itself by its own name, and by addresses that no other node has said are its own.</summary>
    private bool ClaimsOwnNames(SigningRequest request)
    {
        var node = Signers.NodeName(request);
        HashSet<IPAddress> taken =
        [
            .. from other in store.List("nodes").Items
               where other.Key.Name != node
               from address in JsonTree.ParseStored(other.Json).Child("status").Items("addresses")
               where IPAddress.TryParse(address.Item.Text("address"), out _)
               select IPAddress.Parse(address.Item.Text("address")!),
        ];
        return request.DnsNames.All(n => n == node) && request.Addresses.All(a => IPAddress.IsLoopback(a) || !taken.Contains(a));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "signed {Request}: a certificate for {CommonName} by {Signer}")]
    private partial void LogSigned(string request, string commonName, string signer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "signing requests wait: {Reason}")]
    private partial void LogWaits(string reason);
}
