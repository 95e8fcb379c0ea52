using Orchestrator.Api.Auditing;
using Orchestrator.Api.Security;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.Auditing;

public sealed class AuditPolicyTests
{
    private const string Policy =
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - {level: None, users: ['system:kube-proxy'], verbs: [watch]}
        - {level: None, nonResourceURLs: ['/healthz*', /version]}
        - {level: Metadata, resources: [{group: '', resources: [secrets, configmaps, serviceaccounts/token]}]}
        - {level: RequestResponse, namespaces: [prod], resources: [{group: apps}, {group: '', resources: ['pods/*'], resourceNames: [web]}], omitStages: [ResponseStarted]}
        - {level: Request, userGroups: [dev], resources: [{group: '', resources: ['*/status']}]}
        - {level: None, namespaces: ['']}
        - {level: Metadata, omitManagedFields: true}
        """;

    private static readonly UserInfo Alice = new("alice", ["dev", "system:authenticated"]);

    [Theory]
    [InlineData("get", "", "secrets", "", "default", "s", AuditLevel.Metadata)]
    [InlineData("create", "", "serviceaccounts", "token", "default", "s", AuditLevel.Metadata)]
    [InlineData("create", "apps", "deployments", "", "prod", "d", AuditLevel.RequestResponse)]
    [InlineData("create", "apps", "deployments", "", "test", "d", AuditLevel.Metadata)]
    [InlineData("create", "", "pods", "exec", "prod", "web", AuditLevel.RequestResponse)]
    [InlineData("create", "", "pods", "exec", "prod", "other", AuditLevel.Metadata)]
    [InlineData("patch", "", "pods", "status", "test", "web", AuditLevel.Request)]
    [InlineData("list", "", "nodes", "", "", "", AuditLevel.None)]
    public void The_first_rule_that_matches_decides(string verb, string group, string resource, string subresource, string ns, string name, AuditLevel expected) =>
        Assert.Equal(expected, Parse(Policy).Decide(Alice, AskedRequest.OfResource(verb, group, "v1", resource, subresource, ns, name)).Level);

    [Fact]
    public void Users_paths_and_stages_count()
    {
        AuditPolicy policy = Parse(Policy);
        Assert.Equal(AuditLevel.None, policy.Decide(new UserInfo("system:kube-proxy", []), AskedRequest.OfResource("watch", "", "v1", "secrets", "", "x", "")).Level);
        Assert.Equal(AuditLevel.None, policy.Decide(Alice, AskedRequest.OfPath("get", "/healthz/ping")).Level);
        Assert.Equal(AuditLevel.Metadata, policy.Decide(Alice, AskedRequest.OfPath("get", "/metrics")).Level);
        Assert.Equal(AuditLevel.Metadata, policy.Decide(null, AskedRequest.OfPath("get", "/metrics")).Level);
        AuditDecision decision = policy.Decide(Alice, AskedRequest.OfResource("watch", "apps", "v1", "deployments", "", "prod", ""));
        Assert.Equal([AuditStage.RequestReceived, AuditStage.ResponseStarted], decision.OmitStages);
        Assert.False(decision.OmitManagedFields);
        Assert.True(policy.Decide(Alice, AskedRequest.OfPath("get", "/metrics")).OmitManagedFields);
    }

    [Fact]
    public void Everything_wrong_with_a_policy_is_named()
    {
        var errors = new List<FieldError>();
        Assert.Null(AuditPolicyFile.Parse(new StringReader(
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [Never]
            rules:
            - {level: Everything, user: [alice]}
            - {users: [bob], resources: [{group: apps/v1}], nonResourceURLs: ['/a*b']}
            - {level: None, resources: [{resourceNames: [x]}]}
            """), errors));
        Assert.Equal(
            ["rules[0].user", "rules[0].level", "rules[1].level", "rules[1].nonResourceURLs", "rules[1].nonResourceURLs[0]", "rules[1].resources[0].group", "rules[2].resources[0].resourceNames", "omitStages[0]"],
            errors.Select(e => e.Path));
        errors.Clear();
        Assert.Null(AuditPolicyFile.Parse(new StringReader("{kind: Policy"), errors));
        Assert.Single(errors);
    }

    private static AuditPolicy Parse(string yaml)
    {
        var errors = new List<FieldError>();
        AuditPolicy? policy = AuditPolicyFile.Parse(new StringReader(yaml), errors);
        Assert.Empty(errors);
        return policy!;
    }
}
