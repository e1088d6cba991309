#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Text::vCard as a foreign writer of vCard 3.0, Excel::Writer::XLSX of .xlsx: people as JSON on
# standard input, "vcard" or "xlsx PATH".
use strict;
use warnings;
use utf8;
use JSON::PP;

binmode STDOUT, ':raw';
my $people = decode_json(do { local $/; <STDIN> });
my ($what, $path) = @ARGV;

sub cards {
    require Text::vCard::Addressbook;
    my $book = Text::vCard::Addressbook->new();
    for my $p (@$people) {
        my $card = $book->add_vcard();
        $card->version('3.0');
        $card->fullname($p->{name});
        my $name = $card->add_node({ node_type => 'name' });
        $name->family($p->{family});
        $name->given($p->{given});
        $name->{$_} //= '' for qw(family given middle prefixes suffixes);
        if ($p->{firm}) {
            my $org = $card->add_node({ node_type => 'org' });
            $org->name($p->{firm});
        }
        for my $phone (@{ $p->{phones} }) {
            my $node = $card->add_node({ node_type => 'tel' });
            $node->add_types($phone->[1] eq 'mobil' ? 'cell' : 'work') if $phone->[1];
            $node->value($phone->[0]);
        }
        $card->add_node({ node_type => 'email' })->value($_) for @{ $p->{emails} };
        for my $a (@{ $p->{addresses} }) {
            my $node = $card->add_node({ node_type => 'addresses' });
            $node->{$_} = '' for qw(po_box extended region); # unset parts would be left out
            $node->street($a->[0]);
            $node->post_code($a->[1]);
            $node->city($a->[2]);
            $node->country($a->[3]);
        }
        $card->add_node({ node_type => 'note' })->value($p->{note}) if $p->{note};
        $card->add_node({ node_type => 'x-rufbus-customer-number' })->value($p->{number});
    }
    my $text = $book->export();
    utf8::encode($text) if utf8::is_utf8($text);
    print $text;
}

sub sheet {
    require Excel::Writer::XLSX;
    my $book = Excel::Writer::XLSX->new($path) or die "$path: $!";
    my $sheet = $book->add_worksheet('Kontakte');
    my $row = 0;
    $sheet->write_row($row++, 0, [ 'Kontakte, Stand heute' ]);
    for my $cells (@$people) {
        my $column = 0;
        $sheet->write_string($row, $column++, $_ // '') for @$cells;
        $row++;
    }
    $book->close();
}

$what eq 'vcard' ? cards() : sheet();
