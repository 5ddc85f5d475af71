using UserAdmin.Core.Users;
using UserAdmin.Web.Users;

namespace UserAdmin.Tests.Users;

public class UserListStateTests
{
    [Theory]
    [InlineData("/users")]
    [InlineData("/users?search=o%27brien%20%26%20co")]
    [InlineData("/users?status=active,locked&role=01900000-0000-7000-8000-000000000002&organization=01900000-0000-7000-8000-000000000009&two-factor=yes&signed-in=no")]
    [InlineData("/users?created-from=2026-01-01&created-to=2026-12-31&last-sign-in-from=2026-02-01&last-sign-in-to=2026-03-01")]
    [InlineData("/users?sort=-last-sign-in&size=100&after=01900000-0000-7000-8000-000000000001")]
    [InlineData("/users?sort=user-name&at=end")]
    public void An_address_says_the_whole_list_and_comes_back_the_same(string address)
    {
        var state = Parse(address);

        Assert.Equal(Uri.UnescapeDataString(address), Uri.UnescapeDataString(state.Url(25)));
    }

    [Theory]
    [InlineData("/users?status=nobody&role=perhaps&sort=;--&size=x&created-from=yesterday&at=start", "/users")]
    [InlineData("/users?status=active,active,7,ACTIVE", "/users?status=active")]
    [InlineData("/users?size=100000", "/users?size=200")]
    [InlineData("/users?created-from=2026-02-30", "/users")]
    public void Unreadable_parts_are_left_out(string address, string understood) =>
        Assert.Equal(understood, Parse(address).Url(25));

    [Fact]
    public void A_search_has_200_characters_at_most_and_never_half_a_one()
    {
        Assert.Equal(200, Parse($"/users?search={new string('a', 5000)}").Filter.Search!.Length);
        Assert.Equal(199, Parse($"/users?search={new string('a', 199)}😀").Filter.Search!.Length);
    }

    [Fact]
    public void Every_filter_has_a_chip_that_removes_it_and_starts_at_the_first_page()
    {
        var state = Parse("/users?status=active,locked&role=01900000-0000-7000-8000-000000000002&two-factor=no&signed-in=yes&created-from=2026-01-01&created-to=2026-12-31&last-sign-in-from=2026-02-01&last-sign-in-to=2026-03-01&after=01900000-0000-7000-8000-000000000001");

        var chips = state.Chips().ToList();

        Assert.Equal(9, chips.Count);
        Assert.All(chips, chip =>
        {
            Assert.DoesNotContain("after=", chip.Without.Url(25));
            Assert.Equal(8, chip.Without.Chips().Count());
        });
    }

    [Theory]
    [InlineData("50|Email,Status", "50|Email,Status"), InlineData("100|", "100|"), InlineData("25|Status,Nonsense,Status", "25|Status")]
    [InlineData(null, "25|Email,Status,Role,SecondFactor,LastSignIn"), InlineData("rubbish", "25|Email,Status,Role,SecondFactor,LastSignIn"), InlineData("7|Email", "25|Email,Status,Role,SecondFactor,LastSignIn")]
    public void Columns_are_remembered_as_text_and_rubbish_means_the_usual_ones(string? text, string understood) =>
        Assert.Equal(understood, UserColumns.Parse(text).ToString());

    [Fact]
    public void Columns_can_be_shown_hidden_and_moved()
    {
        var columns = UserColumns.Parse("25|Email,Status");

        Assert.Equal("25|Email,Status,Created", columns.Toggle(UserColumn.Created).ToString());
        Assert.Equal("25|Status", columns.Toggle(UserColumn.Email).ToString());
        Assert.Equal("25|Status,Email", columns.MoveUp(UserColumn.Status).ToString());
        Assert.Equal("25|Email,Status", columns.MoveUp(UserColumn.Email).ToString());
    }

    private static UserListState Parse(string address) => UserListState.Parse(new(new Uri("https://localhost"), address), 25);
}
