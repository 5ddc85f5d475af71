using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;
using UserAdmin.Web.Shell;
using UserAdmin.Web.Ui;
using UserAdmin.Web.Users;

namespace UserAdmin.Tests.Ui;

public class ComponentTests : BunitContext
{
    [Fact]
    public void A_pager_leads_to_the_neighbours_there_are()
    {
        var middle = Render<Pager>(pager => pager.Add(p => p.First, "/users").Add(p => p.Previous, "/users?before=1").Add(p => p.Next, "/users?after=2").Add(p => p.Last, "/users?at=end"));
        var only = Render<Pager>(pager => pager.Add(p => p.First, "/users").Add(p => p.Last, "/users?at=end"));

        Assert.Equal(["/users", "/users?before=1", "/users?after=2", "/users?at=end"], middle.FindAll(".steps a").Select(link => link.GetAttribute("href")));
        Assert.Empty(only.FindAll(".steps a"));
    }

    [Fact]
    public void A_pager_offers_sizes_and_tells_which_was_chosen()
    {
        var chosen = 0;
        var pager = Render<Pager>(pager => pager.Add(p => p.First, "/").Add(p => p.Sizes, Pager.UsualSizes).Add(p => p.Size, 25).Add(p => p.SizeChanged, size => chosen = size));

        pager.Find("select").Change("100");

        Assert.Equal(100, chosen);
        Assert.Equal("25", pager.Find("option[selected]").GetAttribute("value"));
    }

    [Fact]
    public void A_problem_of_a_field_stands_at_the_field_and_any_other_above_the_form()
    {
        var form = new EditContext(new UserForm());
        IRenderedComponent<CascadingValue<EditContext>> Show(Problem? problem) => Render<CascadingValue<EditContext>>(context =>
            context.Add(c => c.Value, form).AddChildContent<FormProblem>(parameters => parameters.Add(p => p.Problem, problem)));

        var atField = Show(UserProblems.EmailTaken);
        var above = Show(UserProblems.LastOwner);

        Assert.Empty(atField.FindAll("[role=alert]"));
        Assert.Equal([UserProblems.EmailTaken.Message], form.GetValidationMessages(form.Field("Email")));
        Assert.Contains("last active owner", above.Find("[role=alert]").TextContent);
        Assert.Empty(Show(null).FindAll("[role=alert]"));
    }

    [Theory]
    [InlineData(UserStatus.Active, null, null), InlineData(UserStatus.Locked, "9999-01-01", "Until somebody unlocks"), InlineData(UserStatus.Locked, "2027-03-04", "Until 4 Mar 2027, 01:00")]
    public void A_badge_says_the_status_and_how_long_a_lock_lasts(UserStatus status, string? until, string? title)
    {
        var badge = Render<CascadingValue<Viewer>>(viewer => viewer.Add(v => v.Value, Viewer.In("Europe/Berlin")).AddChildContent<StatusBadge>(parameters => parameters
            .Add(b => b.Status, status).Add(b => b.LockedUntil, until is null ? null : new DateTimeOffset(DateOnly.Parse(until, null), default, TimeSpan.Zero))));

        Assert.Equal(status.ToString(), badge.Find(".badge").TextContent);
        Assert.Equal(title, badge.Find(".badge").GetAttribute("title"));
    }

    [Theory, InlineData(0, false, "0 people"), InlineData(1, false, "1 person"), InlineData(12345, false, "12,345 people"), InlineData(5000, true, "More than 5,000 people")]
    public void A_count_reads_as_a_sentence(long number, bool isAtLeast, string expected)
    {
        var count = Render<RowCountText>(text => text.Add(t => t.Count, new RowCount(number, isAtLeast)).Add(t => t.One, "person").Add(t => t.Many, "people"));

        Assert.Equal(expected, count.Find("span").TextContent);
    }

    [Theory, InlineData("Carol Cooper", "CC"), InlineData("Ludwig van Beethoven", "LB"), InlineData("李", "李"), InlineData("👩‍👩‍👧 Family", "👩‍👩‍👧F"), InlineData("", "?")]
    public void Initials_are_the_first_and_last_letters_of_a_name(string name, string expected) =>
        Assert.Equal(expected, Render<Initials>(initials => initials.Add(i => i.Name, name)).Find("span").TextContent);

    [Fact]
    public void F01_Stored_text_never_becomes_markup()
    {
        const string hostile = "<img src=x onerror=alert(1)>";
        var field = UserField.All.First(field => field.Name == "City");

        var table = Render<ConflictTable>(conflicts => conflicts.Add(c => c.Conflicts, [new(field, hostile, hostile, hostile)]));

        Assert.Empty(table.FindAll("img"));
        Assert.Equal(3, table.FindAll("td").Count(cell => cell.TextContent == hostile));
    }

    [Fact]
    public void A_conflict_can_be_given_way_to()
    {
        FieldConflict? given = null;
        var conflict = new FieldConflict(UserField.All[0], "Carol", "Caroline", "Karol");
        var table = Render<ConflictTable>(conflicts => conflicts.Add(c => c.Conflicts, [conflict]).Add(c => c.Keep, chosen => given = chosen));

        table.Find("button").Click();

        Assert.Equal(conflict, given);
    }
}
