using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Tokens;

/// <summary><c>POST serviceaccounts/NAME/token</c> (<c>authentication.k8s.io/v1 TokenRequest</c>): a token that ends, for an audience, perhaps bound to a pod (<c>kubectl create token</c>).</summary>
internal sealed class TokenRequests(
    IObjectStore store, ObjectDecoder decoder, AdmissionWebhooks webhooks, TokenSigner signer, SecurityOptions options, ServedKinds kinds, TimeProvider time) : ISubresource
{
    private const string TypeVersion = "authentication.k8s.io/v1";
    private const string TypeKind = "TokenRequest";
    private const long DefaultSeconds = 3600;
    private const long MinSeconds = 600;
    private const long MaxSeconds = 1L << 32;

    public string Resource => "serviceaccounts";

    public string Name => "token";

    public string Kind => TypeKind;

    public string? ApiVersion => TypeVersion;

    public IReadOnlyList<string> Verbs { get; } = ["create"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var body = await decoder.ReadTreeAsync(call, dropNulls: true);
        var dryRun = WriteOptions.Read(call, "CreateOptions");
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        if (body.Value.Root is not JsonObject request
            || (request.Text("kind") ?? TypeKind) != TypeKind || (request.Text("apiVersion") ?? TypeVersion) != TypeVersion)
        {
            return StatusErrors.BadRequest($"the body must hold a {TypeVersion} {TypeKind}");
        }

        await store.SyncAsync(call.Cancel);
        if (store.Get(call.Key) is not { } account)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        if (await webhooks.AdmitAsync(() => WebhookSubject.OfBody(call, TypeVersion, TypeKind, call.Request.Name, request, dryRun.Value)) is { } denied)
        {
            return denied;
        }

        if (Validate(call, request) is { Count: > 0 } errors)
        {
            return StatusErrors.Invalid(call.Kind, call.Request.Name, errors) with
            {
                Message = $"TokenRequest.authentication.k8s.io \"\" is invalid: {string.Join(", ", errors)}",
            };
        }

        var bound = Bind(call, account, request.Child("spec", "boundObjectRef"));
        return bound.Failed ? bound.Error : await AnswerAsync(call, request, bound.Value, dryRun.Value);
    }

    private static List<FieldError> Validate(ApiCall call, JsonObject request)
    {
        var errors = new List<FieldError>();
        if (request.Child("spec").Integer("expirationSeconds") is { } seconds)
        {
            if (seconds < MinSeconds)
            {
                errors.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
            }
            else if (seconds > MaxSeconds)
            {
                errors.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
            }
        }

        if (request.Child("metadata").Text("name") is { Length: > 0 } name && name != call.Request.Name)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, "must match the service account name"));
        }

        return errors;
    }

    /// <summary>The claims, with the object that the token is to end with.</summary>
    private Outcome<ServiceAccountClaims> Bind(ApiCall call, StoredObject account, JsonObject? reference)
    {
        var claims = new ServiceAccountClaims { Namespace = account.Key.Namespace, Account = new BoundObject(account.Key.Name, account.Uid) };
        var node = NodeIdentity.NodeName(call.User);
        if (reference is null)
        {
            return node is null ? claims : Refused(call, "node requested token not bound to a pod");
        }

        var (kind, apiVersion) = (reference.Text("kind") ?? "", reference.Text("apiVersion") ?? "v1");
        if (apiVersion != "v1" || kind is not ("Pod" or "Secret" or "Node"))
        {
            return StatusErrors.BadRequest($"cannot bind token for serviceaccount \"{account.Key.Name}\" to object of type {apiVersion} {kind}: supported are v1 Pod, Secret and Node");
        }

        var type = kinds.BuiltIn.FindKind("v1", kind)!;
        var name = reference.Text("name") ?? "";
        if (store.Get(new ObjectKey(type.StorageName, type.Namespaced ? account.Key.Namespace : "", name)) is not { } found)
        {
            return StatusErrors.NotFound(type, name);
        }

        if (reference.Text("uid") is { Length: > 0 } uid && uid != found.Uid)
        {
            return StatusErrors.Conflict(
                type, name, $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated");
        }

        return node is not null && NodeFault(node, kind, reference, found) is { } fault
            ? Refused(call, fault)
            : Bind(claims, kind, found);
    }

    private Outcome<ServiceAccountClaims> Bind(ServiceAccountClaims claims, string kind, StoredObject found)
    {
        var bound = new BoundObject(found.Key.Name, found.Uid);
        if (kind != "Pod")
        {
            return kind == "Node" ? claims with { Node = bound } : claims with { Secret = bound };
        }

        var spec = JsonTree.ParseStored(found.Json).Child("spec");
        if (spec.Text("serviceAccountName") is { Length: > 0 } used && used != claims.Account.Name)
        {
            return StatusErrors.BadRequest($"cannot bind token for serviceaccount \"{claims.Account.Name}\" to pod running with different serviceaccount name.");
        }

        var node = spec.Text("nodeName") is { Length: > 0 } name ? store.Get(new ObjectKey("nodes", "", name)) : null;
        return claims with { Pod = bound, Node = node is null ? null : new BoundObject(node.Key.Name, node.Uid) };
    }

    /// <summary>An agent gets tokens for the pods that are bound to it, and for nothing else.</summary>
    private static string? NodeFault(string node, string kind, JsonObject reference, StoredObject found) =>
        kind != "Pod" ? "node requested token not bound to a pod"
        : string.IsNullOrEmpty(reference.Text("uid")) ? "node requested token with a pod binding without a uid"
        : found.Fields.GetValueOrDefault("spec.nodeName") != node ? "node requested token bound to a pod scheduled on a different node"
        : null;

    private static StatusError Refused(ApiCall call, string why) => StatusErrors.Forbidden(call.Kind, call.Request.Name, why);

    private async ValueTask<StatusError?> AnswerAsync(ApiCall call, JsonObject request, ServiceAccountClaims claims, bool dryRun)
    {
        var now = time.GetUtcNow();
        var spec = request.ObjectOrNew("spec")!;
        spec.Default("expirationSeconds", DefaultSeconds);
        if (spec.Array("audiences") is not { Count: > 0 })
        {
            spec["audiences"] = new JsonArray([.. options.EffectiveAudiences.Select(a => (JsonNode)a)]);
        }

        var expires = now.AddSeconds(spec.Integer("expirationSeconds") ?? DefaultSeconds);
        request["kind"] = TypeKind;
        request["apiVersion"] = TypeVersion;
        request["metadata"] = new JsonObject
        {
            ["name"] = claims.Account.Name,
            ["namespace"] = claims.Namespace,
            ["creationTimestamp"] = ObjectMetadata.Time(now),
        };
        request["status"] = new JsonObject
        {
            // A token is as good from a trial as from any other request.
            ["token"] = dryRun ? "" : signer.Sign(claims.ToJson(options.ServiceAccountIssuer, spec.Texts("audiences"), Guid.NewGuid().ToString(), now, expires)),
            ["expirationTimestamp"] = ObjectMetadata.Time(expires),
        };
        await JsonResponse.WriteAsync(call.Http, 201, JsonBuffer.Serialize(request));
        return null;
    }
}
