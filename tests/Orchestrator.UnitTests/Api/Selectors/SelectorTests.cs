using Orchestrator.Model;
using Orchestrator.Model.Selectors;

namespace Orchestrator.UnitTests.Api.Selectors;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { ["app"] = "web", ["x.io/tier"] = "front", ["size"] = "5", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app == web", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("absent!=db", true)]
    [InlineData("app in (db, web)", true)]
    [InlineData("app in (db)", false)]
    [InlineData("app notin (db)", true)]
    [InlineData("absent notin (db)", true)]
    [InlineData("app notin (db,web)", false)]
    [InlineData("app", true)]
    [InlineData("absent", false)]
    [InlineData("!absent", true)]
    [InlineData("!app", false)]
    [InlineData("size>4", true)]
    [InlineData("size > 5", false)]
    [InlineData("size<6", true)]
    [InlineData("app>4", false)]
    [InlineData("empty=", true)]
    [InlineData("x.io/tier=front,app in (web),!absent", true)]
    [InlineData("x.io/tier=front,app=db", false)]
    public void Label_selectors_match(string text, bool expected)
    {
        Assert.True(LabelSelector.TryParse(text, out var selector, out var error), error);
        Assert.Equal(expected, selector.Matches(Labels));
    }

    [Theory]
    [InlineData("app in web")]
    [InlineData("app in (web")]
    [InlineData("app=web,")]
    [InlineData("app=web db")]
    [InlineData("=web")]
    [InlineData("a b=c")]
    [InlineData("app=not/a/value")]
    [InlineData("size>many")]
    [InlineData("app like web")]
    public void Malformed_label_selectors_are_refused_with_a_reason(string text)
    {
        Assert.False(LabelSelector.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("metadata.name=pod", true)]
    [InlineData("metadata.name==pod,metadata.namespace!=other", true)]
    [InlineData("spec.nodeName=", true)]
    [InlineData("spec.nodeName=n", false)]
    [InlineData("status.phase!=Failed", true)]
    [InlineData(@"note=a\,b\=c\\d", true)]
    public void Field_selectors_match(string text, bool expected)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["status.phase"] = "Running", ["note"] = @"a,b=c\d" };
        Assert.True(FieldSelector.TryParse(text, out var selector, out var error), error);
        Assert.Equal(expected, selector.Matches(new ObjectKey("pods", "ns", "pod"), fields));
    }

    [Theory]
    [InlineData("metadata.name")]
    [InlineData("=x")]
    public void Malformed_field_selectors_are_refused_with_a_reason(string text)
    {
        Assert.False(FieldSelector.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }
}
