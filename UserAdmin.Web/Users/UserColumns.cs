using UserAdmin.Core.Users;

namespace UserAdmin.Web.Users;

/// <summary>Which columns of the list a person wants, in which order, and how many rows; remembered as text like <c>50|Email,Status</c>.</summary>
public sealed record UserColumns(IReadOnlyList<UserColumn> Shown, int PageSize)
{
    public const string PreferenceName = "users.list";

    public static UserColumns Usual { get; } = new([UserColumn.Email, UserColumn.Status, UserColumn.Role, UserColumn.SecondFactor, UserColumn.LastSignIn], 25);

    public static UserColumns Parse(string? text, int? usualSize = null)
    {
        if (text?.Split('|') is not [var size, var names] || !int.TryParse(size, out var rows) || !Ui.Pager.UsualSizes.Contains(rows))
            return Usual with { PageSize = usualSize ?? Usual.PageSize };
        return new([.. names.Split(',').Where(name => Enum.TryParse<UserColumn>(name, out _)).Select(Enum.Parse<UserColumn>).Distinct()], rows);
    }

    public override string ToString() => $"{PageSize}|{string.Join(',', Shown)}";

    public UserColumns Toggle(UserColumn column) =>
        this with { Shown = Shown.Contains(column) ? [.. Shown.Where(c => c != column)] : [.. Shown, column] };

    /// <summary>One place to the left.</summary>
    public UserColumns MoveUp(UserColumn column)
    {
        var order = Shown.ToList();
        var place = order.IndexOf(column);
        if (place > 0)
            (order[place - 1], order[place]) = (order[place], order[place - 1]);
        return this with { Shown = order };
    }

    public static string TitleOf(UserColumn column) => UserExport.TitleOf(column);

    public static Core.Users.UserSort? SortOf(UserColumn column) => column switch
    {
        UserColumn.Email => Core.Users.UserSort.Email,
        UserColumn.UserName => Core.Users.UserSort.UserName,
        UserColumn.LastSignIn => Core.Users.UserSort.LastSignIn,
        UserColumn.Created => Core.Users.UserSort.Created,
        _ => null,
    };
}
