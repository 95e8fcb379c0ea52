using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Responses;

/// <summary>The errors of the API in Kubernetes' words, which clients match on (apimachinery <c>api/errors</c>).</summary>
public static class StatusErrors
{
    public static StatusError NotFound(ResourceKind kind, string name) =>
        new() { Code = 404, Reason = "NotFound", Message = $"{Qualified(kind)} \"{name}\" not found", Details = Of(kind, name) };

    public static readonly StatusError PathNotFound =
        new() { Code = 404, Reason = "NotFound", Message = "the server could not find the requested resource", Details = new() };

    public static StatusError AlreadyExists(ResourceKind kind, string name) =>
        new() { Code = 409, Reason = "AlreadyExists", Message = $"{Qualified(kind)} \"{name}\" already exists", Details = Of(kind, name) };

    public const string ObjectModified = "the object has been modified; please apply your changes to the latest version and try again";

    public static StatusError Conflict(ResourceKind kind, string name, string why = ObjectModified) =>
        new() { Code = 409, Reason = "Conflict", Message = $"Operation cannot be fulfilled on {Qualified(kind)} \"{name}\": {why}", Details = Of(kind, name) };

    public static StatusError Invalid(ResourceKind kind, string name, IReadOnlyList<FieldError> errors) => new()
    {
        Code = 422,
        Reason = "Invalid",
        Message = $"{QualifiedKind(kind)} \"{name}\" is invalid: {Aggregate(errors)}",
        Details = new() { Name = name, Group = kind.Group, Kind = kind.Kind, Causes = errors },
    };

    /// <summary>Options of a request that are wrong.</summary>
    public static StatusError InvalidOptions(string optionsKind, IReadOnlyList<FieldError> errors) => new()
    {
        Code = 422,
        Reason = "Invalid",
        Message = $"{optionsKind}.meta.k8s.io \"\" is invalid: {Aggregate(errors)}",
        Details = new() { Group = "meta.k8s.io", Kind = optionsKind, Causes = errors },
    };

    /// <summary>A patch whose result cannot be taken.</summary>
    public static StatusError InvalidPatch(string patch, string why)
    {
        var error = FieldError.Invalid("patch", patch, why);
        return new() { Code = 422, Reason = "Invalid", Message = $" \"\" is invalid: {error}", Details = new() { Causes = [error] } };
    }

    public static StatusError Forbidden(ResourceKind kind, string name, string why) =>
        new() { Code = 403, Reason = "Forbidden", Message = $"{Qualified(kind)} \"{name}\" is forbidden: {why}", Details = Of(kind, name) };

    /// <summary>What an authorizer's refusal is answered with.</summary>
    public static StatusError Forbidden(UserInfo user, RequestInfo request, string reason)
    {
        var tail = reason.Length == 0 ? "" : $": {reason}";
        if (!request.IsResource)
        {
            var what = $"User \"{user.Name}\" cannot {request.Verb} path \"{request.Path}\"{tail}";
            return new() { Code = 403, Reason = "Forbidden", Message = $"forbidden: {what}", Details = new() };
        }

        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        var head = request.Group.Length == 0 ? request.Resource : $"{request.Resource}.{request.Group}";
        var named = request.Name.Length == 0 ? "" : $" \"{request.Name}\"";
        var ns = request.AuthorizationNamespace;
        var scope = ns.Length == 0 ? "at the cluster scope" : $"in the namespace \"{ns}\"";
        return new()
        {
            Code = 403,
            Reason = "Forbidden",
            Message = $"{head}{named} is forbidden: User \"{user.Name}\" cannot {request.Verb} resource \"{resource}\" in API group \"{request.Group}\" {scope}{tail}",
            Details = new() { Name = request.Name, Group = request.Group, Kind = request.Resource },
        };
    }

    public static readonly StatusError Unauthorized = new() { Code = 401, Reason = "Unauthorized", Message = "Unauthorized" };

    public static StatusError BadRequest(string message) => new() { Code = 400, Reason = "BadRequest", Message = message };

    public static StatusError MethodNotSupported(string resource, string verb) => new()
    {
        Code = 405,
        Reason = "MethodNotAllowed",
        Message = $"{verb} is not supported on resources of kind \"{resource}\"",
        Details = new() { Kind = resource },
    };

    public static StatusError NotAcceptable(params IEnumerable<string> acceptable) => new()
    {
        Code = 406,
        Reason = "NotAcceptable",
        Message = $"only the following media types are accepted: {string.Join(", ", acceptable)}",
    };

    public static StatusError UnsupportedMediaType(string sent, params IEnumerable<string> supported) => new()
    {
        Code = 415,
        Reason = "UnsupportedMediaType",
        Message = $"the body of the request was in an unknown format ({sent}) - accepted media types include: {string.Join(", ", supported)}",
    };

    public static StatusError TooLarge(long limitBytes) =>
        new() { Code = 413, Reason = "RequestEntityTooLarge", Message = $"Request entity too large: limit is {limitBytes}" };

    public static readonly StatusError TooManyRequests = new()
    {
        Code = 429,
        Reason = "TooManyRequests",
        Message = "the server has received too many requests and has asked us to try again later",
        Details = new() { RetryAfterSeconds = 1 },
    };

    /// <summary>A revision that is no longer, or in a continue token never was, at hand.</summary>
    public static StatusError Expired(string message, string? inconsistentContinue = null) =>
        new() { Code = 410, Reason = "Expired", Message = message, Continue = inconsistentContinue };

    /// <summary>The client names a revision that this server has not reached in time.</summary>
    public static StatusError ResourceVersionTooLarge(long requested, long current) => new()
    {
        Code = 504,
        Reason = "Timeout",
        Message = $"Timeout: Too large resource version: {requested}, current: {current}",
        Details = new()
        {
            RetryAfterSeconds = 1,
            Causes = [new FieldError("ResourceVersionTooLarge", "", "Too large resource version")],
        },
    };

    public static StatusError ServiceUnavailable(string message) =>
        new() { Code = 503, Reason = "ServiceUnavailable", Message = message, Details = new() { RetryAfterSeconds = 1 } };

    public static StatusError InternalError(string message) => new()
    {
        Code = 500,
        Reason = "InternalError",
        Message = $"Internal error occurred: {message}",
        Details = new() { Causes = [new FieldError("InternalError", "", message)] },
    };

    private static StatusDetails Of(ResourceKind kind, string name) => new() { Name = name, Group = kind.Group, Kind = kind.Plural };

    private static string Qualified(ResourceKind kind) => kind.QualifiedName;

    private static string QualifiedKind(ResourceKind kind) => kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";

    private static string Aggregate(IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(e => e.ToString()).Distinct(StringComparer.Ordinal).ToList();
        return texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
    }
}
