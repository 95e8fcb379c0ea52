using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Tokens;

/// <summary>
/// Fills Secrets of the type <c>kubernetes.io/service-account-token</c> with a token that lasts as long as they do, and removes those whose service account has
/// gone or been made anew.
/// </summary>
internal sealed partial class TokenSecrets(
    IObjectStore store, TokenSigner signer, ClusterCertificates certificates, TimeProvider time, ILogger<TokenSecrets> logger) : BackgroundService
{
    private const string SecretType = "kubernetes.io/service-account-token";
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, ["secrets", "serviceaccounts"], Concerns, PassAsync, LogWaits, time, stoppingToken);

    private static bool Concerns(Change change) =>
        change.Object.Key.Resource != "secrets" || change.Object.Fields.GetValueOrDefault("type") == SecretType;

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        Mutation[] mutations = [.. store.ListByField("secrets", "type", SecretType).Items.Where(s => !s.IsTerminating).Select(Plan).OfType<Mutation>()];
        if (mutations.Length > 0)
        {
            // A lost race is a change, which wakes the next pass.
            await store.CommitAsync(mutations, cancel: cancel);
        }

        return null;
    }

    /// <summary>What is to become of the secret; null for nothing.</summary>
    private Mutation? Plan(StoredObject stored)
    {
        var secret = JsonTree.ParseStored(stored.Json);
        var annotations = secret.Child("metadata", "annotations");
        var (name, uid) = (annotations.Text(NameAnnotation) ?? "", annotations.Text(UidAnnotation) ?? "");
        var account = store.Get(new ObjectKey("serviceaccounts", stored.Key.Namespace, name));
        if (account is null || (uid.Length > 0 && uid != account.Uid))
        {
            return new DeleteObject(stored.Key, stored.Revision);
        }

        var claims = new ServiceAccountClaims { Namespace = stored.Key.Namespace, Account = new BoundObject(account.Key.Name, account.Uid) };
        var data = secret.ObjectOrNew("data")!;
        var before = data.ToJsonString();
        data["ca.crt"] = Encode(certificates.Authority.CertificatePem + "\n");
        data["namespace"] = Encode(stored.Key.Namespace);
        if (string.IsNullOrEmpty(data.Text("token")))
        {
            data["token"] = Encode(signer.Sign(claims.ToLegacyJson(stored.Key.Name)));
        }

        if (uid == account.Uid && before == data.ToJsonString())
        {
            return null;
        }

        annotations![UidAnnotation] = account.Uid;
        return StoredEdit.Replace(stored, secret);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [LoggerMessage(Level = LogLevel.Warning, Message = "token secrets wait: {Reason}")]
    private partial void LogWaits(string reason);
}
